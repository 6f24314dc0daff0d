import { monitorEventLoopDelay } from 'node:perf_hooks'

/**
 * Loaded with `--import` in front of a server: answers each message of the parent with the 99th percentile of the
 * event-loop delay since the message before, in seconds.
 */
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('message', () => {
  process.send?.(delay.percentile(99) / 1e9)
  delay.reset()
})
// Let the server end while the parent is connected.
process.channel?.unref()
