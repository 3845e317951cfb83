import { randomEmail } from "../../tests/support/client";
import { ask } from "./ask";
import { type Ground, newPerson } from "./ground";

const TIMES = 15;

/** Whether the time of an answer tells who has an account. Printed alone: a busy machine tells nothing. */
export async function tellTimes(ground: Ground): Promise<void> {
  const asked: [string, (email: string) => Record<string, string>][] = [
    ["/api/auth/login/", (address) => ({ email: address, password: "wrong-password-of-nobody" })],
    ["/api/auth/sign-in/email", (address) => ({ email: address, password: "wrong-password-of-nobody" })],
    ["/api/auth/forgot-password/", (address) => ({ email: address })],
  ];
  for (const [path, body] of asked) {
    const { email } = await newPerson();
    const medians = [];
    for (const address of [() => email, randomEmail]) {
      const times: number[] = [];
      for (let turn = 0; turn < TIMES; turn += 1) times.push((await ask(ground, path, { body: body(address()) })).ms);
      medians.push(times.sort((one, other) => one - other)[Math.floor(TIMES / 2)] ?? 0);
    }
    console.log(
      `  ${path}: ${medians[0]?.toFixed(1)} ms where there is an account, ${medians[1]?.toFixed(1)} ms where there is none`,
    );
  }
}
