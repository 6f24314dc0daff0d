import { fileURLToPath } from 'node:url'

/** The environment of the processes that tests start: compiled code that they share, because compiling takes half of a start. */
export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(
    new URL('../../node_modules/.cache/tests-compile', import.meta.url),
  ),
  NODE_COMPILE_CACHE_PORTABLE: '1',
}
