export { codeOf, flags, removeQuietly } from './files.js';
export { BEAT_MILLIS, Owner, ownerOf } from './owner.js';
