import { connection } from "next/server";
import { mailRoute } from "@/lib/notifications/mail";

export async function NoMailNotice() {
  await connection();
  const route = mailRoute();
  if (route === "out") return null;
  return (
    <p className="mb-5 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
      {route === "log"
        ? "This server sends no mail: links are written to its log. Whoever runs it can pass yours on to you."
        : "This server sends no mail. Whoever runs it can give you a link with which you choose a new password."}
    </p>
  );
}
