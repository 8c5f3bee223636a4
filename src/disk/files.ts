import { constants, unlinkSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/** How to open a file that processes share; a symbolic link in its place is an error, and not followed. */
export const flags = /* @__PURE__ */ makeFlags();

function makeFlags() {
  // Windows has none of the two, nor the bits of a mode. A pipe in the place of a file would keep its
  // reader waiting.
  const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: noWait = 0 } = constants;
  return {
    create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow,
    overwrite: constants.O_WRONLY | noFollow,
    read: constants.O_RDONLY | noFollow | noWait,
    mode: OWNER_ONLY,
  };
}

/** Removes a file; what does not work out does not matter. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is in nobody's way.
  }
}

/** The code of an error of the file system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
