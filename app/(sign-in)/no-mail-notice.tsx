import { connection } from "next/server";
import { isMailSetUp } from "@/lib/notifications/mail";

export async function NoMailNotice() {
  await connection();
  if (isMailSetUp()) return null;
  return (
    <p className="mb-5 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
      This server sends no mail: links are written to its log. Whoever runs it can pass yours on to you.
    </p>
  );
}
