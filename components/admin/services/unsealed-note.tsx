import { KEY_FORMATS, type KeyFormat } from "@latchkey/rule/credentials";
import { UNSEALED_COUNTED, type UnsealedCounts } from "@latchkey/rule/feed";

const NAMES: Record<KeyFormat, string> = { mf_live: "mf_live_…", datazag: "datazag_…", foreign: "other forms" };

/** Live credentials that no verifier can know by itself; nothing where it can know all. */
export function UnsealedNote({ counts }: { counts: UnsealedCounts }) {
  const forms = KEY_FORMATS.filter((format) => counts[format] > 0);
  if (forms.length === 0) return null;
  const total = forms.reduce((sum, format) => sum + counts[format], 0);
  const number = (count: number) => count.toLocaleString("en-GB");
  return (
    <p className="mt-3 text-ink-muted text-sm">
      {total >= UNSEALED_COUNTED && "At least "}
      {number(total)} live {total === 1 ? "credential has" : "credentials have"} no digest yet (
      {forms.map((format) => `${NAMES[format]} ${number(counts[format])}`).join(", ")}): verifiers ask the portal about{" "}
      {total === 1 ? "it" : "them"}. A credential gets its digest when it is next used.
    </p>
  );
}
