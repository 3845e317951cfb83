import type { Metadata } from "next";
import Link from "next/link";
import { Form } from "@/components/ui/form";
import { TextField } from "@/components/ui/text-field";
import { textLink } from "@/components/ui/text-link";
import { NoMailNotice } from "../no-mail-notice";
import { forgotPasswordAction } from "./actions";

export const metadata: Metadata = { title: "Forgot password" };

export default function ForgotPasswordPage() {
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Forgot your password?</h1>
      <p className="mt-2 mb-6 text-ink-muted">We mail you a link with which you choose a new one.</p>
      <NoMailNotice />
      <Form action={forgotPasswordAction} submit="Send the link">
        <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
      </Form>
      <p className="mt-6 text-ink-muted">
        You remember it?{" "}
        <Link href="/sign-in" className={textLink}>
          Sign in
        </Link>
      </p>
    </>
  );
}
