import { Navigate } from 'react-router';

import { useMay } from '@/api/session';

/** Who may not see incidents begins with what he may. */
export const Home = () => <Navigate to={useMay('incidents') ? '/now' : '/audit'} replace />;
