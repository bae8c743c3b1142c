export const FleetPage = () => null;
