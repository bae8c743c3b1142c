export const DossiersPage = () => null;
