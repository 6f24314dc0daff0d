import type { z } from 'zod'
import type { ErrorCode } from '../model/errors.ts'
import type { requestHeaders, responseHeaders } from './openapi/headers.ts'

export type RequestHeader = keyof typeof requestHeaders
export type ResponseHeader = keyof typeof responseHeaders

/** The body of a request or an answer by its media type: its schema, or `bytes`. */
export type Content = Record<string, z.ZodType | 'bytes'>

export interface Answer {
  description: string
  content?: Content
  headers?: readonly ResponseHeader[]
}

/** One route of the API as its OpenAPI document describes it. The functions parse requests with the same schemas. */
export interface Operation {
  /** The operation's unique name. */
  id: string
  summary: string
  description?: string
  /**
   * The scope of the caller's token, or who calls without one: the scheduler's identity, the holder of a URL, or anybody.
   */
  access:
    | 'files:read'
    | 'files:write'
    | 'blocks:run'
    | 'workspace:admin'
    | 'scheduler'
    | 'url'
    | 'anybody'
  query?: z.ZodObject
  headers?: readonly RequestHeader[]
  body?: { content: Content; optional?: true }
  answers: Record<number, Answer>
  /** The refusals of this operation; those of every operation of its kind are added (`commonProblems`). */
  problems?: readonly ErrorCode[]
  /** Whether a refusal may reject the bytes of the request, which changes its status. */
  receivesBytes?: true
  /** Only a server over the local disk has the route; Cloud Storage answers these addresses in the cloud. */
  onlyLocal?: true
}

/** Operations by method and path template: `GET /files/{id}`. */
export type Operations = Record<string, Operation>
