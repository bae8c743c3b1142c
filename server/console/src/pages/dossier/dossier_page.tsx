export const DossierPage = () => null;
