import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;

/** A server of MongoDB's protocol on the port of 127.0.0.1 that it is given; its data is in memory. */
public class Server {
  public static void main(String[] arguments) {
    MongoServer server = new MongoServer(new Backend().version(new Version()));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
  }

  /** The oldest that version 7 of the driver takes. */
  private static class Version implements MongoVersion {
    public List<Integer> getVersionArray() {
      return List.of(4, 4, 0);
    }

    public int getWireVersion() {
      return 9;
    }
  }

  /** Takes what drivers send for sessions and transactions. Nothing is undone when one is aborted. */
  private static class Backend extends MemoryBackend {
    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
      switch (command) {
        case "hello":
          return super.handleCommand(channel, database, "isMaster", query).append("isWritablePrimary", true).append("logicalSessionTimeoutMinutes", 30);
        case "commitTransaction":
        case "abortTransaction":
        case "endSessions":
          return new Document("ok", 1.0);
        default:
          Document answer = super.handleCommand(channel, database, command, query);
          return command.equalsIgnoreCase("isMaster") ? answer.append("logicalSessionTimeoutMinutes", 30) : answer;
      }
    }
  }
}
