/** The watchman's lantern. */
export function Brand({ size = 44 }: { readonly size?: number }) {
  return (
    <svg className="brand" width={size} height={size} viewBox="0 0 48 48" fill="none" aria-hidden="true" focusable="false">
      <path d="M17 7.5h14M24 3v4.5" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      <path d="M16.5 12.5h15c5.5 6 5.5 17 0 23h-15c-5.5-6-5.5-17 0-23Z" stroke="currentColor" strokeWidth="2.2" strokeLinejoin="round" />
      <path d="M14.5 40.5h19M24 40.5V45" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      <path className="brand-flame" d="M24 17.5c4.6 4.4 4.6 8.7 0 13-4.6-4.3-4.6-8.6 0-13Z" />
    </svg>
  )
}
