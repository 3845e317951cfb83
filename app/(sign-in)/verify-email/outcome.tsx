import { primaryButton, secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";

const OUTCOMES = {
  confirmed: { title: "Your address is confirmed", text: "The account goes on as it is: nothing was ended." },
  already: { title: "Your address is confirmed already", text: "This link has done its work. There is nothing more to do." },
  reclaimed: {
    title: "This account is yours now",
    text: "Whoever made it is signed out, and the keys they made are revoked. Your new password is set. The name in the profile may be theirs still.",
  },
} as const;

export type Outcome = keyof typeof OUTCOMES;

export function isOutcome(text: unknown): text is Outcome {
  return typeof text === "string" && Object.hasOwn(OUTCOMES, text);
}

/** What became of an account whose link was opened elsewhere than where it is signed in. `visitor`: who is, here. */
export function VerifyEmailOutcome({ outcome, visitor }: { outcome: Outcome; visitor: string | null }) {
  const { title, text } = OUTCOMES[outcome];
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      <p className="mt-2 text-ink-muted">{text}</p>
      {visitor && (
        <p className="mt-2 text-ink-muted">
          Signed in here: <span className="text-ink [overflow-wrap:anywhere]">{visitor}</span>
        </p>
      )}
      <p className="mt-6 flex flex-wrap gap-3">
        {visitor ? (
          <>
            <Link href="/keys" className={primaryButton}>
              Go to the keys
            </Link>
            <Link href="/settings" className={secondaryButton}>
              Check the profile
            </Link>
          </>
        ) : (
          <Link href="/sign-in" className={primaryButton}>
            Sign in
          </Link>
        )}
      </p>
    </>
  );
}
