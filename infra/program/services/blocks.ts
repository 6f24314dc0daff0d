import type * as gcp from '@pulumi/gcp'
import { blocks } from './functions.ts'
import { createScanningService, type ScannerParts } from './scan.ts'
import type { Settings } from '../settings.ts'
import type { PublicService } from './public.ts'

/** Concurrent requests of one instance: as many runs as its process accepts. */
const concurrency = 8

/** Cloud Run keeps files in memory: the directories of the runs, and the programs that work on them. */
const tuning = { cpu: 4, memoryMebibytes: 16_384 }

/** Longer than the longest run, which is BLOCK_MAX_SECONDS. */
const timeoutSeconds = 1000

/**
 * Creates `blocks`, next to ClamAV and in an image with ffmpeg and poppler. It verifies the tokens of its callers. It reaches the
 * internet, because blocks fetch files, so its programs run only in a sandbox without a network (BLOCK_SANDBOX).
 */
export function createBlocks(settings: Settings, parts: ScannerParts): PublicService {
  const { maxInstances, domain } = settings
  const service: gcp.cloudrunv2.Service = createScanningService(settings, parts, {
    fn: blocks,
    signature: 'http',
    image: parts.images.blocks,
    variables: { BLOCK_SANDBOX: 'required' },
    tuning: { ...tuning, concurrency, timeoutSeconds },
    scaling: { minInstanceCount: 0, maxInstanceCount: maxInstances },
    access: { isPublic: true, ingress: domain === undefined ? 'all' : 'load-balancer' },
  })
  return { fn: blocks, service }
}
