import type { Metadata } from "next";
import { type Maker, MakerFacts, MakerQuestion } from "@/components/account/maker-question";
import { Form } from "@/components/ui/form";
import { findUser } from "@/lib/doors/page-guards";
import { findLinkState } from "@/lib/identity/email-verification";
import { findProofQuestion, type ProofQuestion } from "@/lib/identity/proof";
import { DeadLink } from "../dead-link";
import { Elsewhere } from "../elsewhere";
import { verifyEmailAction } from "./actions";
import { isOutcome, VerifyEmailOutcome } from "./outcome";

export const metadata: Metadata = { title: "Confirm your e-mail address", referrer: "same-origin" };

type Props = { searchParams: Promise<{ token?: string | string[]; done?: string | string[] }> };

/**
 * A button, and not the visit alone: programs that check mail for bad links visit them, and would use the link up. Elsewhere
 * than where the account is signed in, it also asks who made it.
 */
export default async function VerifyEmailPage({ searchParams }: Props) {
  const { token, done } = await searchParams;
  const visitor = await findUser();
  const secret = typeof token === "string" ? token.slice(0, 200) : "";
  const state = await findLinkState(secret);
  if (state === "done") {
    return <VerifyEmailOutcome outcome={isOutcome(done) ? done : "already"} visitor={visitor?.email ?? null} />;
  }
  if (state === "dead") return <DeadLink href="/settings" />;
  const question = await findProofQuestion(secret, visitor?.id ?? null);
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">
        Confirm your <span className="whitespace-nowrap">e-mail</span> address
      </h1>
      <p className="mt-2 mb-6 text-ink-muted">
        {question
          ? "The account with this address is not signed in here. Anybody could have made it, so say whether it was you."
          : "One click, and we know that the address is yours."}
      </p>
      {question && (
        <div className="mb-6">
          <MakerFacts maker={toMaker(question)} now={new Date()} />
        </div>
      )}
      <Form action={verifyEmailAction} submit="Confirm">
        <input type="hidden" name="token" value={secret} />
        {question && <MakerQuestion />}
      </Form>
      <Elsewhere question="The link does not work?" href="/settings">
        Ask for a new one
      </Elsewhere>
    </>
  );
}

function toMaker({ email, keys, ...asked }: ProofQuestion): Maker {
  const { made_at: madeAt, address, user_agent: userAgent, first_key_at: firstKeyAt, last_key_at: lastKeyAt } = asked;
  return { email, madeAt, address, userAgent, keys, firstKeyAt, lastKeyAt };
}
