package io.millrace.example;

/**
 * Why one record cannot be learned from.
 *
 * @param reason the class of the fault
 * @param detail a sentence for a person, naming the field and the value
 */
public record Rejection(Reason reason, String detail) {}
