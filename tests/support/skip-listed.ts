import { beforeEach, expect, type RunnerTestSuite } from 'vitest'

/** Tests that cannot pass on a platform. */
export interface ListedTests {
  reason: string
  /** The names of the tests; a name of no test is an error. */
  tests: readonly (string | RegExp)[]
}

/**
 * Skips the listed tests of a file or a `describe`, with the reason. Fails if a list names no test of the file. `known`
 * are lists whose names are checked too, although they do not apply here. A file with a part of the tests checks no names.
 */
export function skipListed(
  lists: readonly ListedTests[],
  {
    known = [],
    checkNames = true,
  }: { known?: readonly ListedTests[] | undefined; checkNames?: boolean } = {},
): void {
  let unchecked = checkNames ? [...lists, ...known].flatMap(({ tests }) => tests) : []
  beforeEach(({ task, skip }) => {
    if (unchecked.length > 0) {
      const names = testNames(task.file)
      const unknown = unchecked.filter((test) => !names.some((name) => isAbout(test, name)))
      expect(unknown, 'listed names of no test').toEqual([])
      unchecked = []
    }
    const reasons = lists.filter(({ tests }) => tests.some((test) => isAbout(test, task.name)))
    if (reasons.length > 0) skip(reasons.map(({ reason }) => reason).join(', '))
  })
}

function isAbout(test: string | RegExp, name: string): boolean {
  return typeof test === 'string' ? test === name : test.test(name)
}

function testNames(suite: Readonly<RunnerTestSuite>): string[] {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testNames(task) : [task.name]))
}
