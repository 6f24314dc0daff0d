/** Runs a command of npm: what goes wrong is said in one line, without a stack that helps nobody. */
export async function command(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
