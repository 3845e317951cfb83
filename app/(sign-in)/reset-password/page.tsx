import type { Metadata } from "next";
import { NewPasswordField } from "@/components/account/new-password-field";
import { Form } from "@/components/ui/form";
import { isResetLink } from "@/lib/identity/password-reset";
import { returnPath } from "@/lib/identity/return-path";
import { DeadLink } from "../dead-link";
import { Elsewhere } from "../elsewhere";
import { resetPasswordAction } from "./actions";

// The address holds the secret of the link, so no other site may learn it. Stricter, and browsers would hide the origin of
// the form from ourselves.
export const metadata: Metadata = { title: "Choose a new password", referrer: "same-origin" };

type Props = { searchParams: Promise<{ token?: string | string[]; next?: string | string[] }> };

export default async function ResetPasswordPage({ searchParams }: Props) {
  const { token, next } = await searchParams;
  const secret = typeof token === "string" ? token.slice(0, 200) : "";
  if (!(await isResetLink(secret))) return <DeadLink href="/forgot-password" next={next} />;
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Choose a new password</h1>
      <p className="mt-2 mb-6 text-ink-muted">You are then signed out everywhere, and sign in with it.</p>
      <Form action={resetPasswordAction} submit="Set password">
        <input type="hidden" name="token" value={secret} />
        <input type="hidden" name="next" value={returnPath(next)} />
        <NewPasswordField name="password" label="New password" />
      </Form>
      <Elsewhere question="The link does not work?" href="/forgot-password" next={next}>
        Ask for a new one
      </Elsewhere>
    </>
  );
}
