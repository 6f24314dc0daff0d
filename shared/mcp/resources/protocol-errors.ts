import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { WorkspaceError } from '../../model/errors.ts'
import type { Agent } from '../agent.ts'
import { errorText } from '../tool-error.ts'

/** Turns errors into errors of the protocol. The SDK would send the message of any error to the client. */
export async function protocolErrors<Result>(
  agent: Agent,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProtocolError) throw error
    if (!agent.signal.aborted) agent.report(error)
    const code =
      error instanceof WorkspaceError
        ? ProtocolErrorCode.InvalidParams
        : ProtocolErrorCode.InternalError
    throw new ProtocolError(code, errorText(error, agent.requestId))
  }
}
