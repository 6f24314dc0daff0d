import type { AnyBlock, AnyTest } from '../../../shared/blocks/any-block.ts'
import type { RunHost } from '../../../shared/blocks/run/run-block.ts'
import type { TestResults } from '../../../shared/blocks/sdk.ts'
import { runBlockTest } from '../../../shared/blocks/testing/run-block-test.ts'

/** Runs a test of a block. Resolves to the bytes of the files that it emits as `name`. */
export async function filesOf(
  host: RunHost,
  block: AnyBlock,
  { name, ...test }: Omit<AnyTest, 'name'> & { name: string },
): Promise<Buffer[]> {
  let files: Buffer[] = []
  const check = async ({ values, read }: TestResults) => {
    files = await Promise.all(values(name).map(read))
  }
  await runBlockTest(host, block, { ...test, check })
  return files
}
