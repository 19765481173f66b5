import { testMatrix } from './matrix-tests.ts';

testMatrix('slh-dsa');
