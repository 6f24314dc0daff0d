import { shareView } from '../shared/api/share-view.ts'
import type { Caller } from '../shared/model/access.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { createShare } from '../shared/workspace/shares/create-share.ts'
import { listShares, revokeShare } from '../shared/workspace/shares/list-shares.ts'
import { argumentSchemas, named, parseArguments } from './arguments.ts'
import { idOf } from './file-name.ts'
import type { Workspace } from './workspace.ts'

type ShareMethods = Pick<Workspace, 'share' | 'shares' | 'revokeShare'>

/** The share methods of a workspace; each calls one use case. */
export function openShares(ports: Ports, caller: Caller): ShareMethods {
  return {
    async share(...given) {
      const { target, options } = parseArguments(
        argumentSchemas.share,
        named(given, 'target', 'options'),
        'target',
      )
      const { file, folder = '' } = target
      const { share, token } = await createShare(ports, caller, {
        target: file === undefined ? { folder } : { fileId: await idOf(ports, caller, file) },
        expiresInSeconds: options.expiresIn,
      })
      return { ...shareView(share, ports.now()), token }
    },
    async shares(options = {}) {
      const request = parseArguments(argumentSchemas.shares, options, 'options')
      const { shares, ...page } = await listShares(ports, caller, request)
      return { shares: shares.map((share) => shareView(share, ports.now())), ...page }
    },
    async revokeShare(...given) {
      const { id } = parseArguments(argumentSchemas.revokeShare, named(given, 'id'), 'id')
      await revokeShare(ports, caller, id)
    },
  }
}
