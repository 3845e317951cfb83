import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { EmailField } from "@/components/account/email-field";
import { Form } from "@/components/ui/form";
import { Link } from "@/components/ui/link";
import { PasswordField } from "@/components/ui/password-field";
import { textLink } from "@/components/ui/text-link";
import { findReader } from "@/lib/doors/page-guards";
import { returnPath, withReturnPath } from "@/lib/identity/return-path";
import { Elsewhere } from "../elsewhere";
import { signInAction } from "./actions";
import { AfterReset } from "./after-reset";
import { WhyHere } from "./why-here";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<"next" | "done" | "disabled" | "working", string | string[] | undefined>>;
}) {
  const { next, done, disabled, working } = await searchParams;
  if (await findReader()) redirect(returnPath(next));
  return (
    <>
      <h1 className="mb-6 font-semibold text-2xl tracking-tight">Sign in</h1>
      {done === "reset" && (
        <div className="mb-5">
          <AfterReset disabled={countOf(disabled)} working={countOf(working)} />
        </div>
      )}
      {next !== undefined && done === undefined && <WhyHere />}
      <Form page={withReturnPath("/sign-in", next)} action={signInAction} submit="Sign in">
        <input type="hidden" name="next" value={returnPath(next)} />
        <EmailField />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </Form>
      <p className="mt-6">
        <Link href={withReturnPath("/forgot-password", next)} className={textLink}>
          Forgot your password?
        </Link>
      </p>
      <Elsewhere className="mt-2" question="No account yet?" href="/sign-up" next={next}>
        Sign up
      </Elsewhere>
    </>
  );
}

/** Digits of an address alone are shown: anybody may have written it. */
function countOf(text: unknown): number {
  return typeof text === "string" && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0;
}
