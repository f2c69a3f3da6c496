/** The pages of administration, in the order in which a new place is set up. */
export const sections = [
  { id: 'start', icon: 'lantern' },
  { id: 'accounts', icon: 'lock' },
  { id: 'members', icon: 'people' },
  { id: 'agencies', icon: 'layers' },
  { id: 'units', icon: 'car' },
  { id: 'devices', icon: 'signal' },
  { id: 'categories', icon: 'note' },
  { id: 'bots', icon: 'message' },
  { id: 'push', icon: 'sound' },
  { id: 'map', icon: 'map' },
  { id: 'roads', icon: 'route' },
  { id: 'retention', icon: 'clock' },
] as const

export type Section = (typeof sections)[number]['id']

/** The page that an address names; a bad one opens the first. */
export const sectionOf = (page: string): Section => sections.find(({ id }) => id === page.split('/')[0])?.id ?? 'start'
