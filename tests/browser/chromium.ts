import { execFileSync } from 'node:child_process'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How to launch the Chromium of this machine without background requests. */
export function chromiumOptions() {
  const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
  return { executablePath, args: flags }
}
