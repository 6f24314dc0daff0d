import type { LogEntry } from './app-env.ts'

/**
 * An entry in the words of Cloud Logging (https://cloud.google.com/logging/docs/structured-logging): its agent takes
 * what it knows out of the line. Labels are indexed, so that one request id finds all lines of a request.
 */
export function logLine(entry: LogEntry, projectId: string | undefined): string {
  const { severity, message, requestId, trace, ...fields } = entry
  return JSON.stringify({
    time: new Date().toISOString(),
    severity,
    message,
    ...fields,
    ...(requestId !== undefined && { 'logging.googleapis.com/labels': { requestId } }),
    ...(trace && {
      'logging.googleapis.com/trace':
        projectId === undefined ? trace.traceId : `projects/${projectId}/traces/${trace.traceId}`,
      'logging.googleapis.com/spanId': trace.spanId,
      'logging.googleapis.com/trace_sampled': trace.sampled,
    }),
  })
}

/** A log on the standard output, one line of JSON for each entry. Traces are those of the project. */
export function jsonLog(projectId: string | undefined): (entry: LogEntry) => void {
  return (entry) => {
    process.stdout.write(`${logLine(entry, projectId)}\n`)
  }
}
