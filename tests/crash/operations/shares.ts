import { stateOf, type Actor, type Link } from '../actor.ts'
import { call, jsonOf } from '../client.ts'
import { served } from '../observe.ts'

interface Share {
  id: string
  fileId: string
  url: string
  state: string
  downloadCount: number
}

/** `POST /shares` of a live file. */
export async function share(actor: Actor, fileId: string): Promise<void> {
  actor.operations += 1
  actor.sharesWithoutAnswer += 1
  const answer = await call(actor.client, 'POST /shares', { json: { fileId } })
  const created = jsonOf(answer) as Share | undefined
  if (answer.status !== 201 || created?.url === undefined) {
    actor.findings.push(`POST /shares answered ${answer.status}: ${answer.bytes.toString()}`)
    return
  }
  actor.sharesWithoutAnswer -= 1
  const route = `/s/${new URL(created.url).pathname.split('/').at(-1)}` as const
  actor.links.push({ id: created.id, route, fileId, revoked: false, answered: 0, requested: 0 })
}

/** Loads a link of a live file. */
export async function load(actor: Actor, link = lastOf(actor)): Promise<void> {
  actor.operations += 1
  link.requested += 1
  const { status } = await call(actor.client, `GET ${link.route}`)
  if (status !== 200) actor.findings.push(`GET ${link.route} answered ${status}`)
  link.answered += 1
}

/** `DELETE /shares/{id}`. */
export async function revoke(actor: Actor, link = lastOf(actor)): Promise<void> {
  actor.operations += 1
  link.revoked = 'unknown'
  const { status } = await call(actor.client, `DELETE /shares/${link.id}`)
  if (status !== 204) actor.findings.push(`DELETE /shares/${link.id} answered ${status}`)
  link.revoked = true
}

/**
 * I7: checks that each known link serves its file, or has ended if it was revoked, that no share was lost or added, and that
 * counts are within the downloads. A share whose address got lost is at most in the list.
 */
export async function linkFindings(actor: Actor): Promise<string[]> {
  const findings: string[] = []
  const { client, links, sharesWithoutAnswer } = actor
  if (links.length + sharesWithoutAnswer === 0) return []
  const page = jsonOf(await call(client, 'GET /shares?limit=1000')) as { shares: Share[] }
  // Other clients of the user share other files.
  const mine = page.shares.filter((each) => actor.known.has(each.fileId))
  const extra = mine.length - links.length
  if (extra < 0 || extra > sharesWithoutAnswer) {
    findings.push(`I7: ${mine.length} shares are listed, ${links.length} are known`)
  }
  for (const link of links) {
    const { id, fileId, route, answered, requested } = link
    const listed = mine.find((each) => each.id === id)
    if (!listed) {
      findings.push(`I7: the share ${id} is lost`)
      continue
    }
    const isRevoked = listed.state === 'revoked'
    if (link.revoked === 'unknown') link.revoked = isRevoked
    if (link.revoked !== isRevoked) findings.push(`I7: the share ${id} is ${listed.state}`)
    // The first download of a window is written before its answer.
    const { downloadCount } = listed
    if (downloadCount > requested || downloadCount < Math.min(1, answered)) {
      findings.push(`I7: ${downloadCount} downloads are counted of ${requested} (${answered})`)
    }
    const file = stateOf(actor).find((version) => version.id === fileId)
    const served200 = file?.place === 'live' ? `200 ${file.checksum}` : '404'
    const expected = isRevoked ? '410' : served200
    const found = await served(client, route)
    if (found !== expected) findings.push(`I7: ${route} serves ${found}, not ${expected}`)
    if (found.startsWith('200')) {
      link.requested += 1
      link.answered += 1
    }
  }
  return findings
}

function lastOf({ links }: Actor): Link {
  const link = links.at(-1)
  if (!link) throw new Error('There is no share link')
  return link
}
