/** @peculiar/x509, whose dependency injection needs this to be there before it. Slow to load. */
import 'reflect-metadata';

export * from '@peculiar/x509';
