import { key, type Simulated } from './simulate.ts'

/** What the picture shows, and in which shape: roles, grants, indexes and APIs would hide the rest. */
const shown: Record<string, { group: Group; shape: [string, string] }> = {
  'gcp:cloudrunv2/service:Service': { group: 'Cloud Run', shape: ['[', ']'] },
  'gcp:cloudrunv2/job:Job': { group: 'Cloud Run', shape: ['[', ']'] },
  'gcp:storage/bucket:Bucket': { group: 'Cloud Storage', shape: ['[(', ')]'] },
  'gcp:firestore/database:Database': { group: 'Firestore', shape: ['[(', ')]'] },
  'gcp:firestore/backupSchedule:BackupSchedule': { group: 'Firestore', shape: ['(', ')'] },
  'gcp:eventarc/trigger:Trigger': { group: 'Events', shape: ['([', '])'] },
  'gcp:pubsub/topic:Topic': { group: 'Events', shape: ['>', ']'] },
  'gcp:pubsub/subscription:Subscription': { group: 'Events', shape: ['>', ']'] },
  'gcp:cloudscheduler/job:Job': { group: 'Events', shape: ['([', '])'] },
  'command:local:Command': { group: 'Build', shape: ['[[', ']]'] },
  'gcp:artifactregistry/repository:Repository': { group: 'Build', shape: ['[(', ')]'] },
  'gcp:compute/network:Network': { group: 'Network', shape: ['{{', '}}'] },
  'gcp:compute/uRLMap:URLMap': { group: 'Network', shape: ['{{', '}}'] },
  'gcp:monitoring/alertPolicy:AlertPolicy': { group: 'Monitoring', shape: ['(', ')'] },
  'gcp:monitoring/notificationChannel:NotificationChannel': {
    group: 'Monitoring',
    shape: ['>', ']'],
  },
  'gcp:billing/budget:Budget': { group: 'Monitoring', shape: ['(', ')'] },
}

type Group =
  | 'Cloud Run'
  | 'Cloud Storage'
  | 'Firestore'
  | 'Events'
  | 'Build'
  | 'Network'
  | 'Monitoring'

/** The deployment as a Mermaid flowchart: an arrow leads from what must be there first to what needs it. */
export function mermaidOf(resources: Simulated[]): string {
  const visible = resources.filter(({ type }) => type in shown)
  const groups = Map.groupBy(visible, ({ type }) => shown[type]?.group)
  const boxes = [...groups].map(([group, members]) => {
    const nodes = members.map((it) => `    ${idOf(key(it))}${labelOf(it)}`).sort()
    return [`  subgraph ${idOf(group ?? '')}["${group}"]`, ...nodes, '  end'].join('\n')
  })
  const arrows = edgesOf(resources).map(([from, to]) => `  ${idOf(from)} --> ${idOf(to)}`)
  return ['flowchart LR', ...boxes, ...arrows.sort()].join('\n')
}

/** Dependencies between what is shown, through what is not, without those that follow from others. */
export function edgesOf(resources: Simulated[]): [from: string, to: string][] {
  const byKey = new Map(resources.map((it) => [key(it), it]))
  const isShown = (name: string) => (byKey.get(name)?.type ?? '') in shown
  const shownBefore = (name: string, seen = new Set<string>()): Set<string> => {
    const found = new Set<string>()
    for (const before of byKey.get(name)?.dependsOn ?? []) {
      if (isShown(before)) found.add(before)
      else if (!seen.has(before)) {
        seen.add(before)
        for (const farther of shownBefore(before, seen)) found.add(farther)
      }
    }
    return found
  }
  const direct = new Map(
    [...byKey.keys()].filter(isShown).map((name) => [name, shownBefore(name)] as const),
  )
  const leadsTo = (from: string, to: string): boolean =>
    [...(direct.get(to) ?? [])].some((between) => between === from || leadsTo(from, between))
  return [...direct].flatMap(([to, befores]) =>
    [...befores]
      .filter((from) => ![...befores].some((between) => between !== from && leadsTo(from, between)))
      .map((from): [string, string] => [from, to]),
  )
}

function labelOf({ type, name, inputs }: Simulated): string {
  const [open, close] = shown[type]?.shape ?? ['[', ']']
  const kind = type.split(':').at(-1)
  const containers = (inputs['template'] as { containers?: { name: string }[] } | undefined)
    ?.containers
  const inside = containers?.map((container) => container.name).join(' + ')
  return `${open}"${name}<br/><small>${kind}${inside === undefined ? '' : `: ${inside}`}</small>"${close}`
}

const idOf = (name: string) => name.replace(/\W+/g, '_')
