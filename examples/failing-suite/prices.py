"""Prices in cents; the sum of several is wrong on purpose."""


def total(prices):
    return sum(prices[1:])
