import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";

type Props = { id: string /** What the links say of somebody or something: "them" and "they". */; whom: string; who: string };

/** To all that was done to whom a page is of, and all that they did. */
export function AuditLinks({ id, whom, who }: Props) {
  const link = (name: "target" | "actor", text: string) => (
    <Link href={`/admin/audit?${name}=${id}`} className={textLink}>
      {text}
    </Link>
  );
  return (
    <p className="flex flex-wrap gap-x-4">
      {link("target", `All about ${whom}`)}
      {link("actor", `All ${who} did`)}
    </p>
  );
}
