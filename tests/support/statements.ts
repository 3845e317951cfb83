/**
 * Reads what a client sends to PostgreSQL, in pieces as they come, and tells the text of each statement that it runs
 * (frontend messages Query, Parse and Bind: https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export function statementReader(tell: (text: string) => void): (data: Buffer) => void {
  const prepared = new Map<string, string>();
  let unread: Buffer = Buffer.alloc(0);
  // The first message has no type.
  let typeBytes = 0;

  const read = (type: string, body: Buffer) => {
    const [first = "", second = ""] = body.toString("latin1").split("\0", 2);
    if (type === "Q") tell(first);
    if (type === "P") prepared.set(first, second);
    if (type === "B") tell(prepared.get(second) ?? second);
  };

  return (data) => {
    unread = Buffer.concat([unread, data]);
    while (unread.length >= typeBytes + 4) {
      const end = typeBytes + unread.readInt32BE(typeBytes);
      if (unread.length < end) return;
      if (typeBytes === 1) read(unread.toString("latin1", 0, 1), unread.subarray(5, end));
      unread = unread.subarray(end);
      typeBytes = 1;
    }
  };
}
