import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { figure } from "@/components/usage/figures";
import type { LeftCounts } from "@/lib/verification/left-keys";
import type { LeftKind } from "@/lib/verification/left-kinds";

/** While KEY_HASH_SECRET is being rotated: what is left. And where its former value was removed too early. */
export function RotationNotice({ left }: { left: LeftCounts }) {
  const { isRotating, former, secret, lost, services, lostServices } = left;
  if (!isRotating && lost + lostServices === 0) return null;
  return (
    <p className="mt-4 max-w-3xl text-ink-muted">
      {isRotating && (former + secret + services === 0 ? DONE : <Left {...left} />)}{" "}
      {lost > 0 && (
        <strong className="font-medium text-danger">
          <Keys count={lost} kind="lost" /> {lost === 1 ? "is" : "are"} refused: the KEY_HASH_SECRET that{" "}
          {lost === 1 ? "it" : "they"} had is not set.
        </strong>
      )}{" "}
      {lostServices > 0 && (
        <strong className="font-medium text-danger">
          {credentials(lostServices)} {lostServices === 1 ? "is" : "are"} refused: the KEY_HASH_SECRET that{" "}
          {lostServices === 1 ? "it" : "they"} had is not set.
        </strong>
      )}
    </p>
  );
}

const DONE = "KEY_HASH_SECRET is rotated: no key and no service needs KEY_HASH_SECRET_PREVIOUS any more. Remove it.";

function Left({ former, secret, services }: LeftCounts) {
  return (
    <>
      KEY_HASH_SECRET is being rotated: <Keys count={former} kind="former" /> {former === 1 ? "has" : "have"} not moved yet, and
      the secret of <Keys count={secret} kind="secret" /> more
      {services > 0 && `, nor ${services === 1 ? "has" : "have"} ${credentials(services)}`}. Each moves when it is used.
    </>
  );
}

function credentials(count: number): string {
  return `${figure(count)} ${count === 1 ? "credential of a service" : "credentials of services"}`;
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
