import { testMatrix } from './matrix-tests.ts';

testMatrix('token');
