/** Whether an address leads only those here who sit at this machine. */
export function isOnThisMachine(address: string): boolean {
  return URL.canParse(address) && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname);
}
