package dev.ashlar.page;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.sun.net.httpserver.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the page.
 *
 * <ul>
 *   <li>On the loopback interface the request must name a loopback host: a web site whose name was made to lead here is told apart by its name. The port may be any, as a tunnel's is another.
 *   <li>Where there is a token, the request must have it, or the cookie that it was exchanged for. The cookie is no token, as a browser shows it to each server of the same host.
 *   <li>Where a browser says that another site asks, it may open the page, and nothing else.
 * </ul>
 */
final class Access {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~-]{16,128}");
    private static final String BEARER = "Bearer ";
    private static final String PARAMETER = "token=";
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final boolean isLoopback;
    private final String address;
    private final @Nullable String token;
    private final String cookieName;
    private final String session = HeapMapServer.newToken();

    /** What becomes of a request. */
    enum Verdict {
        /** It is answered. */
        ADMITTED,
        /** It names a host that is not this one, or another web site asks. */
        FOREIGN,
        /** It has no token, or a wrong one. */
        UNAUTHORIZED
    }

    Access(InetAddress address, int port, @Nullable String token) {
        isLoopback = address.isLoopbackAddress();
        this.address = HeapMapServer.literal(address);
        this.token = token;
        cookieName = "ashlar-page-" + port;
    }

    /** A message must not have the token: it ends in logs. */
    static void checkToken(String token) {
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException(
                    "token: %d characters (expected: 16 to 128, of A-Z, a-z, 0-9, '-', '.', '_' and '~')"
                            .formatted(token.length()));
        }
    }

    Verdict judge(Headers headers, @Nullable String query, boolean isPage) {
        if (isLoopback && !isLoopbackName(headers.getFirst("Host"))) {
            return Verdict.FOREIGN;
        }
        String site = headers.getFirst("Sec-Fetch-Site");
        if (!isPage && site != null && !site.equals("same-origin") && !site.equals("none")) {
            return Verdict.FOREIGN;
        }
        return token == null || hasToken(headers, query) || hasCookie(headers)
                ? Verdict.ADMITTED
                : Verdict.UNAUTHORIZED;
    }

    private boolean isLoopbackName(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":\\d*$", "");
        return LOOPBACK_NAMES.contains(name) || name.equals(address);
    }

    private boolean hasToken(Headers headers, @Nullable String query) {
        String authorization = headers.getFirst("Authorization");
        boolean isBearer = authorization != null
                && authorization.startsWith(BEARER)
                && same(token, authorization.substring(BEARER.length()).strip());
        return isBearer || hasTokenInQuery(query);
    }

    /** Whether the address itself has the token: then the browser is to have a cookie instead. */
    boolean hasTokenInQuery(@Nullable String query) {
        return token != null
                && query != null
                && Arrays.stream(query.split("&", -1))
                        .anyMatch(each -> each.startsWith(PARAMETER)
                                && same(token, each.substring(PARAMETER.length())));
    }

    private boolean hasCookie(Headers headers) {
        return Objects.requireNonNullElse(headers.get("Cookie"), List.<String>of())
                .stream()
                .flatMap(line -> Stream.of(line.split(";", -1)))
                .map(String::strip)
                .anyMatch(each -> each.startsWith(cookieName + "=")
                        && same(session, each.substring(cookieName.length() + 1)));
    }

    /** Takes as long for a guess that begins rightly as for another. */
    private static boolean same(@Nullable String secret, String guess) {
        return secret != null
                && MessageDigest.isEqual(
                        guess.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
    }

    /** What stands for the token, for a browser: of no use once this server has ended. */
    String cookie() {
        return cookieName + "=" + session + "; Path=/; HttpOnly; SameSite=Lax";
    }
}
