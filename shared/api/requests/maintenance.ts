import { z } from 'zod'
import { flag, integer } from '../text-fields.ts'

/** `POST /sweep?dryRun=true` */
export const sweepQuery = z.object({ dryRun: flag.optional() })

/** `POST /rescan?minutes=10`: the minutes until the next call, whose share of the rate this call may use. */
export const rescanQuery = z.object({ minutes: integer(1, 60).default(10) })
