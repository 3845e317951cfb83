import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { Form } from "@/components/ui/form";
import { PasswordField } from "@/components/ui/password-field";
import { TextField } from "@/components/ui/text-field";
import { textLink } from "@/components/ui/text-link";
import { findUser } from "@/lib/identity/page-callers";
import { returnPath, withReturnPath } from "@/lib/identity/return-path";
import { signInAction } from "./actions";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams;
  if (await findUser()) redirect(returnPath(next));
  return (
    <>
      <h1 className="mb-6 font-semibold text-2xl tracking-tight">Sign in</h1>
      <Form action={signInAction} submit="Sign in">
        <input type="hidden" name="next" value={returnPath(next)} />
        <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </Form>
      <p className="mt-6 text-ink-muted">
        No account yet?{" "}
        <Link href={withReturnPath("/sign-up", next)} className={textLink}>
          Sign up
        </Link>
      </p>
    </>
  );
}
