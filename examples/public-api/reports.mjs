// Reports of calls to Latchkey, kept in a file until the portal has confirmed them. Copy it as it is.
// The journal has a line for each call, on the disk before its caller is answered, and one for each list of ids that are
// done with. So neither kill -9 nor a power cut makes a call free, and its id makes it count once however often it is sent.
import { createHmac } from "node:crypto";
import { appendFile, mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const MAX_JOURNAL_BYTES = 4 * 1024 * 1024; // if most of it is done with, a longer one is written anew
const BATCH = { events: 500, bytes: 512 * 1024 };
const MAX_ANSWER_LENGTH = 1024 * 1024;
const PAUSE_MS = { flush: 1000, first: 1000, longest: 60_000, asked: 600_000 };

/**
 * Opens the journal, which is one process's alone, and begins to report what is in it.
 * @param {{ portal: string, credential?: string, secret?: string, file: string, answerMs?: number, wait?: typeof sleep }} options
 *   `credential`: a service's, with the scope `usage`; without one, reports are signed under `secret`
 */
export async function startReports({ portal, credential, secret, file, answerMs = 10_000, wait = sleep }) {
  const journal = await openJournal(file);
  const [stopping, halt] = [new AbortController(), new AbortController()];
  let [mostEvents, failures] = [BATCH.events, 0];

  /** Sends one batch. Answers how long to wait before the next one. */
  async function reportOnce() {
    const batch = journal.first(mostEvents);
    if (batch.length === 0) return PAUSE_MS.flush;
    try {
      await settle(batch, await send(batch));
      failures = 0;
      return journal.waiting.size >= mostEvents ? 0 : PAUSE_MS.flush;
    } catch (error) {
      const growing = Math.min(PAUSE_MS.first * 2 ** failures, PAUSE_MS.longest) * (0.75 + Math.random() / 2);
      const pauseMs = Math.max(growing, Math.min(error.retryAfterMs || 0, PAUSE_MS.asked));
      failures += 1;
      // Should it be the fault of one of them, the others get through without it.
      mostEvents = Math.max(1, Math.floor(batch.length / 2));
      journal.putLast(batch);
      console.error(`${journal.waiting.size} calls wait to be reported: ${error.cause?.code ?? error.message}`);
      return pauseMs;
    }
  }

  async function send(batch) {
    const body = `{"events":[${batch.map(({ line }) => line).join(",")}]}`;
    const response = await fetch(`${portal}/usage`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(credential ? { Authorization: `Bearer ${credential}` } : sign(body)) },
      body,
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(answerMs), halt.signal]),
    });
    return { status: response.status, retryAfter: response.headers.get("retry-after"), answer: await readJson(response) };
  }

  function sign(body) {
    // With the time, anew at each try: who captures it has no use for it. Ids are in the body, so none is between the dots.
    const t = Math.floor(Date.now() / 1000);
    return { "x-signature": `t=${t},v1=${createHmac("sha256", secret).update(`${t}..${body}`).digest("hex")}` };
  }

  async function settle(batch, { status, retryAfter, answer }) {
    if (status === 200 && confirms(answer, batch.length)) {
      if (answer.conflicts > 0) console.error(`${answer.conflicts} calls were reported before at another price, which stays`);
      const refused = answer.rejected.map(({ index, error }) => ({ ...batch[index], error }));
      await finish(batch, refused);
      mostEvents = Math.min(Math.ceil(mostEvents * 1.1), BATCH.events);
    } else if (status === 413 || (status === 400 && typeof answer?.error === "string")) {
      // Too much at once, or one that spoils it for the others: halves lead to it.
      if (batch.length === 1) await finish(batch, [{ ...batch[0], error: answer?.error ?? "too large" }]);
      mostEvents = Math.max(1, Math.floor(batch.length / 2));
    } else {
      const retryAfterMs = Number(retryAfter) * 1000; // a date is no number, and not waited for
      throw Object.assign(new Error(`the portal answered ${status}, which confirms nothing`), { retryAfterMs });
    }
  }

  /** What is refused for good is set aside. Once mended, an `event` may be added to the journal while nothing runs. */
  async function finish(batch, refused) {
    if (refused.length > 0) {
      const lines = refused.map(({ line, error }) => `{"error":${JSON.stringify(error)},"event":${line}}\n`);
      await appendFile(`${file}.rejected`, lines.join(""), { mode: 0o600, flush: true });
      console.error(`${refused.length} calls are not counted, see ${file}.rejected: ${refused[0].error}`);
    }
    await journal.remove(batch.map(({ id }) => id));
  }

  const running = (async () => {
    while (!stopping.signal.aborted) await wait(await reportOnce(), undefined, { signal: stopping.signal }).catch(() => {});
  })();

  return {
    /** Resolves when the call is on the disk: then, and only then, may it be answered. The reference has its fields. */
    record: (event) => journal.add(event),
    /** Reports what it can in that time. Answers how many calls stay in the journal, for the next start. */
    async stop(withinMs = 10_000) {
      setTimeout(() => halt.abort(), withinMs).unref();
      stopping.abort();
      await running;
      for (failures = 0; journal.waiting.size > 0 && failures === 0; ) await reportOnce();
      await journal.close();
      return journal.waiting.size;
    },
  };
}

/** An answer of the portal itself that speaks of each call: pages and proxies answer 200 too. */
function confirms(answer, count) {
  const { ok, accepted, duplicates, rejected } = answer ?? {};
  const isKnown = (entry) => Number.isInteger(entry?.index) && entry.index >= 0 && entry.index < count;
  if (ok !== true || !Array.isArray(rejected) || !rejected.every(isKnown)) return false;
  return accepted + duplicates + rejected.length === count;
}

/** What is no JSON, or too long, is null. */
export async function readJson(response) {
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.length > MAX_ANSWER_LENGTH) return null;
  }
  return new Response(text).json().catch(() => null);
}

/** What waits stands in memory, by id and in its order, and in the file. Lines that come during a write share the next. */
async function openJournal(file) {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const waiting = await readWaiting(file);
  let waitingBytes = [...waiting.values()].reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  let [handle, size] = [undefined, 0]; // its size, as far as it is whole
  let [group, next, turn] = [[], undefined, Promise.resolve()];
  await rewrite();

  /** Leaves out what is done with. Wherever it is interrupted, there is one whole file. */
  async function rewrite() {
    const text = [...waiting.values()].map((line) => `${line}\n`).join("");
    await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
    const fresh = await open(`${file}.new`, "a");
    await rename(`${file}.new`, file).catch((error) => fresh.close().then(() => Promise.reject(error)));
    await handle?.close();
    [handle, size] = [fresh, Buffer.byteLength(text)];
    const folder = await open(path.dirname(file));
    await folder.sync().finally(() => folder.close());
  }

  /** What could not be written whole is taken away again: its call was refused. */
  async function append(text) {
    try {
      await handle.truncate(size);
      await handle.appendFile(text);
      await handle.datasync();
      size += Buffer.byteLength(text);
    } catch (error) {
      await handle.truncate(size).catch(() => {});
      throw error;
    }
  }

  async function shrink() {
    if (size < MAX_JOURNAL_BYTES || size < 2 * waitingBytes) return;
    await rewrite().catch((error) => console.error(`the journal could not be made smaller: ${error.message}`));
  }

  function write(text, onWritten = () => {}) {
    group.push({ text, onWritten });
    if (next) return next;
    next = turn.then(async () => {
      const lines = group;
      [group, next] = [[], undefined];
      await append(lines.map(({ text }) => text).join(""));
      for (const { onWritten } of lines) onWritten();
    });
    turn = next.then(shrink, shrink);
    return next;
  }

  return {
    waiting,
    first(mostEvents) {
      const batch = [];
      let bytes = 0;
      for (const [id, line] of waiting) {
        bytes += Buffer.byteLength(line) + 1;
        if (batch.length === mostEvents || (batch.length > 0 && bytes > BATCH.bytes)) break;
        batch.push({ id, line });
      }
      return batch;
    },
    putLast(batch) {
      for (const { id } of batch) waiting.delete(id);
      for (const { id, line } of batch) waiting.set(id, line);
    },
    async add(event) {
      if (waitingBytes > MAX_WAITING_BYTES) throw new Error("too many calls wait to be reported");
      const line = JSON.stringify(event);
      await write(`${line}\n`, () => {
        waiting.set(event.id, line);
        waitingBytes += Buffer.byteLength(line);
      });
    },
    /** If this is lost, they are sent again, which changes nothing. */
    async remove(ids) {
      for (const id of ids) {
        waitingBytes -= Buffer.byteLength(waiting.get(id) ?? "");
        waiting.delete(id);
      }
      await write(`${JSON.stringify({ done: ids })}\n`).catch(() => {});
    },
    close: () => turn.then(() => handle.close()),
  };
}

async function readWaiting(file) {
  const waiting = new Map();
  const text = await readFile(file, "utf8").catch((error) => (error.code === "ENOENT" ? "" : Promise.reject(error)));
  for (const line of text.split("\n").filter(Boolean)) {
    try {
      const { id, done = [] } = JSON.parse(line);
      if (id) waiting.set(id, line);
      for (const each of done) waiting.delete(each);
    } catch {
      console.error("the journal has a line that was not written whole, so nobody was answered on it");
    }
  }
  return waiting;
}
