import type { Metadata } from "next";
import { Form } from "@/components/ui/form";
import { Elsewhere } from "../elsewhere";
import { verifyEmailAction } from "./actions";

export const metadata: Metadata = { title: "Confirm your e-mail address", referrer: "same-origin" };

/** A button, and not the visit alone: programs that check mail for bad links visit them, and would use the link up. */
export default async function VerifyEmailPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">
        Confirm your <span className="whitespace-nowrap">e-mail</span> address
      </h1>
      <p className="mt-2 mb-6 text-ink-muted">One click, and we know that the address is yours.</p>
      <Form action={verifyEmailAction} submit="Confirm">
        <input type="hidden" name="token" value={typeof token === "string" ? token : ""} />
      </Form>
      <Elsewhere question="The link does not work?" href="/settings">
        Ask for a new one
      </Elsewhere>
    </>
  );
}
