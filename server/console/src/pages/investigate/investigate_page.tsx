export const InvestigatePage = () => null;
