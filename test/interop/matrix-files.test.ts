import { testMatrix } from './matrix-tests.ts';

testMatrix('files');
