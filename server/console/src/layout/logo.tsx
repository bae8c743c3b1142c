export const Logo = ({ size = 26 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
    <rect width="32" height="32" rx="7" fill="#12626e" />
    <path d="M5 16c3.2-5.2 6.9-7.8 11-7.8S23.8 10.8 27 16c-3.2 5.2-6.9 7.8-11 7.8S8.2 21.2 5 16Z" fill="none" stroke="#fff" strokeWidth="2.2" />
    <circle cx="16" cy="16" r="3.9" fill="#fff" />
  </svg>
);
