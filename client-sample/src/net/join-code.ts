const JOIN_CODE = /^[A-Z0-9]{6}$/;

/** Whether this has the form of a private room's code; other room ids belong to listed rooms. */
export function isJoinCode(text: string): boolean {
  return JOIN_CODE.test(text);
}
