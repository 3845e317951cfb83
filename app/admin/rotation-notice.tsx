import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { figure } from "@/components/usage/figures";
import type { LeftCounts } from "@/lib/verification/left-keys";
import type { LeftKind } from "@/lib/verification/left-kinds";

/** While KEY_HASH_SECRET is being rotated: what is left. And where its former value was removed too early. */
export function RotationNotice({ left: { isRotating, former, secret, lost } }: { left: LeftCounts }) {
  if (!isRotating && lost === 0) return null;
  return (
    <p className="mt-4 max-w-3xl text-ink-muted">
      {isRotating && (former + secret === 0 ? DONE : <Left former={former} secret={secret} />)}{" "}
      {lost > 0 && (
        <strong className="font-medium text-danger">
          <Keys count={lost} kind="lost" /> {lost === 1 ? "is" : "are"} refused: the KEY_HASH_SECRET that{" "}
          {lost === 1 ? "it" : "they"} had is not set.
        </strong>
      )}
    </p>
  );
}

const DONE = "KEY_HASH_SECRET is rotated: no key needs KEY_HASH_SECRET_PREVIOUS any more. Remove it.";

function Left({ former, secret }: { former: number; secret: number }) {
  return (
    <>
      KEY_HASH_SECRET is being rotated: <Keys count={former} kind="former" /> {former === 1 ? "has" : "have"} not moved yet, and
      the secret of <Keys count={secret} kind="secret" /> more. Each moves when it is used.
    </>
  );
}

function Keys({ count, kind }: { count: number; kind: LeftKind }) {
  const text = `${figure(count)} ${count === 1 ? "key" : "keys"}`;
  return count === 0 ? (
    text
  ) : (
    <Link href={`/admin/keys?hash=${kind}`} className={textLink}>
      {text}
    </Link>
  );
}
