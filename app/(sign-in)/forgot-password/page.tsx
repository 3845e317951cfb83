import type { Metadata } from "next";
import { Form } from "@/components/ui/form";
import { TextField } from "@/components/ui/text-field";
import { returnPath } from "@/lib/identity/return-path";
import { Elsewhere } from "../elsewhere";
import { NoMailNotice } from "../no-mail-notice";
import { forgotPasswordAction } from "./actions";

export const metadata: Metadata = { title: "Forgot password" };

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function ForgotPasswordPage({ searchParams }: Props) {
  const { next } = await searchParams;
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Forgot your password?</h1>
      <p className="mt-2 mb-6 text-ink-muted">Choose a new one, by a link that goes to your address.</p>
      <NoMailNotice />
      <Form action={forgotPasswordAction} submit="Send the link">
        <input type="hidden" name="next" value={returnPath(next)} />
        <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
      </Form>
      <Elsewhere question="You remember it?" href="/sign-in" next={next}>
        Sign in
      </Elsewhere>
    </>
  );
}
