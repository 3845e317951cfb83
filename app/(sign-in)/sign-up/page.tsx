import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { NewPasswordField } from "@/components/account/new-password-field";
import { PlainSignInInstead, SignInInstead } from "@/components/account/sign-in-instead";
import { TimeZoneField } from "@/components/account/time-zone-field";
import { Form } from "@/components/ui/form";
import { TextField } from "@/components/ui/text-field";
import { findReader } from "@/lib/doors/page-guards";
import { returnPath, withReturnPath } from "@/lib/identity/return-path";
import { Elsewhere } from "../elsewhere";
import { signInAction } from "../sign-in/actions";
import { signUpAction } from "./actions";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUpPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams;
  if (await findReader()) redirect(returnPath(next));
  const signInPage = withReturnPath("/sign-in", next);
  return (
    <>
      <h1 className="mb-6 font-semibold text-2xl tracking-tight">Sign up</h1>
      <Form action={signUpAction} submit="Create account">
        <input type="hidden" name="next" value={returnPath(next)} />
        <TimeZoneField />
        <TextField name="name" label="Name" autoComplete="name" required />
        <TextField name="email" label="E-mail address" type="email" autoComplete="username" required />
        <SignInInstead href={signInPage} />
        <NewPasswordField name="password" label="Password" />
      </Form>
      <PlainSignInInstead href={signInPage} action={signInAction} />
      <Elsewhere question="You have an account?" href="/sign-in" next={next}>
        Sign in
      </Elsewhere>
    </>
  );
}
