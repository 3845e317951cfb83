import type { ReactNode } from "react";
import { FormAccount } from "@/components/ui/form-account";
import { HeaderNavigation, type Place } from "@/components/ui/header-navigation";
import { Shortcuts } from "@/components/ui/shortcuts";
import { SiteHeader } from "@/components/ui/site-header";
import { TimeZone } from "@/components/ui/time-zone";
import { pageTimeZone } from "@/lib/doors/page-guards";
import { AccountBar } from "./account-bar";
import { ZoneNote } from "./zone-note";

type Props = {
  name: string;
  places: readonly Place[];
  /** Whose pages they are; who is not signed in is only on their way to be sent elsewhere. */
  email: string | undefined;
  account: string | undefined;
  /** In the header, on every page. */
  search?: ReactNode;
  children: ReactNode;
};

export async function SignedInFrame({ name, places, email, account, search, children }: Props) {
  const timeZone = await pageTimeZone();
  return (
    <TimeZone of={timeZone}>
      <FormAccount value={account ?? null}>
        <SiteHeader isWide>
          {email !== undefined && (
            <>
              <HeaderNavigation name={name} places={places} />
              {search}
              <AccountBar email={email} />
            </>
          )}
        </SiteHeader>
        <main id="content" tabIndex={-1} className="mx-auto w-full max-w-page grow px-4 py-8 sm:px-6 sm:py-10">
          {children}
          {email !== undefined && <ZoneNote timeZone={timeZone} />}
        </main>
        <Shortcuts />
      </FormAccount>
    </TimeZone>
  );
}
