// @ts-check
import { setFlagsFromString } from 'node:v8'

/** Longer than a start takes. Code that runs often is compiled with optimizations after it. */
const startMs = 2000

/**
 * Saves memory during the start of the program. Most of its code runs once, but the compilers and the new objects would hold 15 MB
 * of the memory for the rest of its life. V8 reads these flags whenever it compiles a function or collects garbage.
 */
export function startFrugally() {
  setFlags('--no-opt', '--no-maglev', '--semi-space-growth-factor=1')
  const restore = () => setFlags('--opt', '--maglev', '--semi-space-growth-factor=2')
  setTimeout(restore, startMs).unref()
}

/** @param {string[]} flags */
function setFlags(...flags) {
  for (const flag of flags) setFlagsFromString(flag)
}
